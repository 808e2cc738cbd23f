package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.sessions.CallSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A call that a channel of the pool is ready to serve. */
final class PooledCall implements PreparedCall {

    private final Upstreams upstreams;
    private final Ask ask;
    private final CallSession session;
    private final Upstreams.Leg first;
    private final List<ModelRoute> unfit;

    PooledCall(Upstreams upstreams, Ask ask, CallSession session, Upstreams.Leg first, List<ModelRoute> unfit) {
        this.upstreams = upstreams;
        this.ask = ask;
        this.session = session;
        this.first = first;
        this.unfit = unfit;
    }

    @Override
    public List<String> ignored() {
        return first.ask().ignored();
    }

    @Override
    public @Nullable PromptPrint print() {
        return first.ask().print();
    }

    @Override
    public List<WantedMedium> wanted() {
        return first.ask().wanted();
    }

    @Override
    public PreparedCall loaded() {
        try {
            return new PooledCall(upstreams, ask, session, first.loaded(), unfit);
        } catch (ApiException refused) {
            List<ModelRoute> ruledOut = new ArrayList<>(unfit);
            ruledOut.add(first.route());
            return upstreams.prepareOneOf(
                    ask,
                    session,
                    upstreams.routes(ask, session.accountId(), ruledOut),
                    ruledOut,
                    refused,
                    upstreams::loadedLeg);
        }
    }

    @Override
    public void count(Consumer<Optional<PromptCount>> then) {
        PooledChannel channel = first.route().channel();
        if (!channel.enter()) {
            upstreams
                    .vertx()
                    .runOnContext(_ -> then.accept(Optional.empty())); // the channel was removed in the meantime
            return;
        }
        try {
            first.ask().count(counted -> {
                channel.leave();
                then.accept(counted);
            });
        } catch (RuntimeException | Error e) {
            channel.leave();
            throw e;
        }
    }

    @Override
    public SentCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
        Attempts attempts = new Attempts(upstreams, ask, session, first, unfit, maxOutputTokens, listener);
        attempts.begin();
        return attempts;
    }

    @Override
    public boolean mayAskAgain() {
        RetryBudget budget = upstreams.budget(ask);
        return session.isPatient() ? !budget.isEmpty() : budget.take();
    }
}
