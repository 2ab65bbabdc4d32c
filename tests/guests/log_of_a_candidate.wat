;; A036: Imports the log of a version before the version.
(component
  (import "weighbridge:connector/log@0.1.0-alpha" (instance (export "log" (func))))
  <<source>>)
