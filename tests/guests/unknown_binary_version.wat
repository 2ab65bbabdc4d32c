;; A013: Is of a binary version that nobody has written yet.
(module binary "\00asm\0e\00\01\00")
