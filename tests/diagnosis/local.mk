# Verdicts on pastes written by us: X.txt and what is expected of it in X.expect. run.py says what stands in there;
# ARTICLE.tsv which claim of the founding article is shown by which of them.
EXTRA_DIST += %D%
TESTS += %D%/run.py %D%/corpus.py
