"""The index of runs: what the files in ``results/`` say, in a database to ask. The files are the truth."""

#: The URL itself, and a file that holds it: neither can be seen in the list of processes.
INDEX_VARIABLE = "RSSBENCH_INDEX"
INDEX_FILE_VARIABLE = "RSSBENCH_INDEX_FILE"
