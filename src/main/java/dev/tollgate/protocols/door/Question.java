package dev.tollgate.protocols.door;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.MeteredRequest;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.pool.Ask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that has been read. Confined to its call. */
public interface Question {

    /** As the caller named it. */
    String model();

    /** What has no effect, by the names of the request (D5). */
    List<String> ignored();

    /** The caller's maximum of output tokens; null without one. */
    @Nullable
    Long tokensMax();

    /** The name of that in the request; null without one. */
    @Nullable
    String tokensMaxField();

    /** Whether it holds media or anything else that takes long to look through. */
    boolean isHeavy();

    /** Whether something that was kept may have to be looked up for it. */
    boolean looksUp(Model model);

    /** @throws dev.tollgate.base.error.ApiException for what the model cannot do */
    void check(Model model);

    /** The maximum where the caller has none; null for none at all. */
    @Nullable
    Long tokensMaxByDefault(Model model);

    /**
     * What the upstream is asked. Blocks where it {@link #looksUp}.
     *
     * @throws dev.tollgate.storage.StoreException where that cannot be looked up
     */
    Ask ask(Model model, String accountId, Lease memory);

    /** What shows the answer. */
    Sink sink(Outlet outlet, MeteredRequest metered);
}
