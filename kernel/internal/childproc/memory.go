package childproc

// OfferToKill makes the system choose this process and those below it before
// others when it ends processes for want of memory (oom_score_adj in
// proc_pid_oom_score_adj(5)), so that code that allocates without end costs
// itself and not the program that started it. Elsewhere than on Linux it does
// nothing.
func OfferToKill() { offerToKill() }
