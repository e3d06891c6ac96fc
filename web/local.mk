# filled by the files of this folder

nodist_systemdsystemunit_DATA += web/vpntriage-web.service
EXTRA_DIST += web/vpntriage-web.service.in
