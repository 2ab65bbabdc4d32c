;; A011: Four thousand pairs of its record are one text of 64 KiB, again and again: half a gigabyte out of 128 KiB.
(module
  <<memory>>
  (func $grow (drop (memory.grow (i32.const 4))))
  (start $grow)
  <<realloc>>
  <<streams>>
  <<pulls>>
    (local $at i32)
    (loop $next
      (i64.store (i32.add (i32.const 131072) (local.get $at)) (i64.const 0x0001000000030000))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 65536))))
    (i32.const 1024))
  (data (i32.const 1024) "\00\00\00\00" "\00\08\00\00" "\01\00\00\00" "\01\00\00\00" "\00\00\00\00" "\00\00\00\00") (data (i32.const 2048) "\01") (data (i32.const 2056) "\00\10\00\00" "\01\00\00\00" "\00\10\00\00" "\01\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\02\00" "\00\10\00\00") (data (i32.const 4096) "x"))
