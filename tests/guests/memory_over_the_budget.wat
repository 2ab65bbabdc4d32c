;; A006: Starts with one page more than its budget.
(component
  (core module
    (memory 1025))
  <<source>>)
