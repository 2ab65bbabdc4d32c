;; A014: Is an archive that would inflate to gigabytes.
(module binary "\1f\8b\08\00\00\00\00\00\02\03" "[[1000 x \ed\c1\01\01]]")
