;; A035: Is native code for the machine.
(module binary "\7fELF\02\01\01\00" "[[64 x \00]]")
