;; A033, A037: Brings a manifest of its own before the one that was signed.
(component
  (@custom "weighbridge:manifest" "{}")
  <<source>>)
