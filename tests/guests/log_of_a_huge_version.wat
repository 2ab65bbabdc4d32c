;; A036: Imports the log of a version that is larger than numbers are.
(component
  (import "weighbridge:connector/log@0.1.99999999999999999999" (instance (export "log" (func))))
  <<source>>)
