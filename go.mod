module iyagi

go 1.26
