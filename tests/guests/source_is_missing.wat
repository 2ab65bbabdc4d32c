;; A036: Exports nothing.
(component)
