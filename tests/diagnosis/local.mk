# Verdicts on pastes written by us: X.txt and what is expected of it in X.expect. run.py says what stands in there;
# ARTICLE.tsv which claim of the founding article is shown by which of them.
EXTRA_DIST += %D%
TESTS += %D%/run.py %D%/corpus.py
# A folder is taken from the build as well, and the logs of its tests with it.
dist-hook:
	rm -f $(distdir)/%D%/*.log $(distdir)/%D%/*.trs
