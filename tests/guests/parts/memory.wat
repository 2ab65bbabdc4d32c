(memory $memory (export "memory") 2)
(global $heap (mut i32) (i32.const 0x8000))
;; At 1024 an empty last page, at 1088 one stream `all` of teams.
(data (i32.const 1024) "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\01\00\00\00" "\00\00\00\00" "\00\00\00\00")
(data (i32.const 1088) "\00\00\00\00" "\50\04\00\00" "\01\00\00\00")
(data (i32.const 1104) "\70\04\00\00" "\03\00\00\00" "\00\00\00\00" "\74\04\00\00" "\01\00\00\00")
(data (i32.const 1136) "all\00" "\01")
