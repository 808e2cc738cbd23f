package dev.tollgate.calls.kept;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.kept.KeptResponses.Chain;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.Jobs;
import java.util.List;

/** The conversations of a door, whose last response may still be made in the background. Blocks. Thread-safe. @param kind of the door's jobs */
public record Conversations(KeptResponses kept, Jobs jobs, Job.Kind kind) {

    /** Reads a conversation. Parameters as for {@link KeptResponses#chain}. */
    public Chain chain(String accountId, KeyOwner reads, String id, Lease memory) {
        Chain chain = kept.chain(accountId, reads, id, memory);
        Job job = chain.state() == Chain.State.BROKEN ? jobs.find(accountId, reads, id) : null;
        if (job == null || job.kind() != kind) {
            return chain;
        }
        return job.isOpen()
                ? new Chain(Chain.State.OPEN, List.of())
                : kept.chain(accountId, reads, id, memory); // it may have ended between the two looks
    }
}
