;; A012: Has four thousand loops within one another, each of which may go to any other.
(component
  (core module
    (func (param i32) [[4090 x loop ]](br_table [[4090 x {i} ]](local.get 0))[[4090 x end ]]))
  <<source>>)
