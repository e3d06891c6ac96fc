# filled by the files of this folder
