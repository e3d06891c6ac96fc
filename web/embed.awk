# SPDX-License-Identifier: MIT
# Turns the files of the page into C: awk -f embed.awk FILE... (with LC_ALL=C: bytes are kept as they are).
#
# Each file becomes one element of page_files[], under its name. A text file is assumed: its last line ends.

function quoted(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	gsub(/\t/, "\\t", s)
	gsub(/\?\?/, "?\"\"?", s)
	return s
}

BEGIN {
	print "/* Made by web/embed.awk from the files of web/ui. */"
	print "#include \"web/page.h\"\n"
	print "const struct page_file page_files[] = {"
}

FNR == 1 {
	if (NR > 1)
		print "\t\t) },"
	base = FILENAME
	sub(/.*\//, "", base)
	print "\t{ \"" base "\", VT_STR("
}

{ print "\t\t\"" quoted($0) "\\n\"" }

END { print "\t\t) },\n\t{ NULL },\n};" }
