;; A013: Ends in the middle of a section.
(component binary "\00asm\0d\00\01\00" "\07\ff\ff\03" "\01")
