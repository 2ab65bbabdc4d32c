;; A013: Has a section that the format does not know.
(component binary "\00asm\0d\00\01\00" "\63\01\00")
