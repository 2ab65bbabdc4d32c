;; A012: Has components five levels deep.
(component
  (component (component (component (component (component)))))
  <<source>>)
