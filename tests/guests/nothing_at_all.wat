;; A013: Is an empty file, but for its manifest.
(module binary "")
