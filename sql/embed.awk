# SPDX-License-Identifier: MIT
# Turns the .sql files named on the command line into C: awk -v out=header|source -f embed.awk FILE...
#
# A file below queries/ becomes an element of enum vt_sql and of vt_sql_text[]; one below migrations/, named
# NNNN-words.sql, becomes an element of vt_migrations[], in the order given. Comments and line ends are kept in
# migrations (SQLite stores the text of a table with them, which is what .schema then shows) and dropped from
# queries.

function flush_text() {
	if (file == "")
		return
	if (kind == "query") {
		sub(/[ ;]+$/, "", text)
		texts[++queries] = text
	} else {
		migration_texts[++migrations] = text
	}
}

function quoted(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return s
}

FNR == 1 {
	flush_text()
	file = FILENAME
	text = ""
	base = file
	sub(/.*\//, "", base)
	sub(/\.sql$/, "", base)
	if (file ~ /queries\/[^\/]*$/) {
		kind = "query"
		names[queries + 1] = base
	} else {
		kind = "migration"
		migration_names[migrations + 1] = base
	}
}

kind == "query" {
	sub(/[ \t]*--.*/, "")
	gsub(/[ \t]+/, " ")
	sub(/^ /, "")
	if ($0 != "")
		text = text quoted($0) " "
}

kind == "migration" { text = text "\n\t\t\"" quoted($0) "\\n\"" }

END {
	flush_text()
	print "/* Made by sql/embed.awk from the .sql files. */"
	if (out == "header") {
		print "#ifndef SQL_STATEMENTS_H\n#define SQL_STATEMENTS_H\n"
		print "enum vt_sql {"
		for (i = 1; i <= queries; i++)
			print "\tSQL_" toupper(names[i]) ","
		print "\tVT_SQL_COUNT,\n};"
		print "extern const char *const vt_sql_text[VT_SQL_COUNT];\n"
		print "struct vt_migration {\n\tint version;\n\tconst char *name, *text;\n};"
		print "enum { VT_MIGRATIONS = " migrations " };"
		print "extern const struct vt_migration vt_migrations[VT_MIGRATIONS];\n"
		print "#endif"
	} else {
		print "#include \"sql/statements.h\"\n"
		print "const char *const vt_sql_text[VT_SQL_COUNT] = {"
		for (i = 1; i <= queries; i++)
			print "\t[SQL_" toupper(names[i]) "] = \"" texts[i] "\","
		print "};\n\nconst struct vt_migration vt_migrations[VT_MIGRATIONS] = {"
		for (i = 1; i <= migrations; i++)
			print "\t{ " (migration_names[i] + 0) ", \"" migration_names[i] "\"," migration_texts[i] " },"
		print "};"
	}
}
