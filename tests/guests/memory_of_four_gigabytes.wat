;; A006: Starts with all the memory that there could be.
(component
  (core module
    (memory 65536))
  <<source>>)
