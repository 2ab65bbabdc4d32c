;; A013: Writes a length in more bytes than a number has.
(component binary "\00asm\0d\00\01\00" "\00\ff\ff\ff\ff\ff\ff\7f")
