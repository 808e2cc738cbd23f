package dev.tollgate.calls.metering;

import dev.tollgate.base.log.LogFields;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.pool.PreparedCall;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.TraceId;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests the response of a call from the upstream, and requests it once more if the first does not match its schema (D48). Confined to its call.
 */
final class Asking {

    private static final Logger log = LoggerFactory.getLogger(Asking.class);

    private final Call call;
    private final Relaying relaying;
    private final PreparedCall prepared;
    private final Bounds bounds;
    private final long promptBytes;
    private final SecondTry<AnswerUnderWay> answers;

    /** @param relaying receives the upstream's events */
    Asking(Call call, Relaying relaying, Translation translation) {
        this.call = call;
        this.relaying = relaying;
        this.prepared = translation.prepared();
        this.bounds = translation.bounds();
        this.promptBytes = translation.size().textBytes();
        this.answers = new SecondTry<>(newAnswer(0));
    }

    private AnswerUnderWay newAnswer(int attemptsBefore) {
        return new AnswerUnderWay(
                new UsageMeter(promptBytes, bounds.usageLimits()),
                new Delivery(call.sink(), bounds.candidates()),
                new Backlog(bounds),
                attemptsBefore);
    }

    SecondTry<AnswerUnderWay> answers() {
        return answers;
    }

    /** Returns whether the maximum in force was cut to what the prompt leaves of the context (D21). */
    boolean isCutToContext() {
        return !Objects.equals(bounds.callersMax(), call.request().askedTokensMax());
    }

    /** Returns the fields that translation found without effect, and the maximum if it was cut to the context. */
    List<String> ignored() {
        String field = call.request().tokensMaxField();
        if (!isCutToContext() || field == null) {
            return prepared.ignored();
        }
        List<String> all = new ArrayList<>(prepared.ignored());
        all.add(field);
        return all;
    }

    /** Lists the fields that have no effect on the channel that answers, without those that translation found for the first channel. */
    void tellIgnoredElsewhere() {
        SentCall sent = answers.current().sent();
        if (sent == null || sent.count() <= 1 && !sent.cutsMaximum()) {
            return;
        }
        Set<String> listed = new HashSet<>(prepared.ignored()); // a long conversation may have a name for each part
        List<String> more = new ArrayList<>(
                sent.ignored().stream().filter(field -> !listed.contains(field)).toList());
        String field = call.request().tokensMaxField();
        if (sent.cutsMaximum() && field != null && !isCutToContext()) {
            more.add(field);
        }
        if (!more.isEmpty()) {
            call.sink().ignoring(more);
            call.course().ignoring(more);
        }
    }

    /** @param coveredTokens output tokens that the hold covers */
    void send(long coveredTokens) {
        AnswerUnderWay asked = answers.current();
        SentCall sent = prepared.send(bounds.upstreamTokensMax(coveredTokens), new Ear(asked));
        asked.sentAs(sent);
        call.course().asked(sent, asked);
    }

    /** Takes one permit for a repeated request. @return false if the response may not be requested again */
    boolean mayAskAgain() {
        return !answers.isSecond() && prepared.mayAskAgain();
    }

    /** Requests the response again, once, under the same hold. Only the delivered response is charged. */
    void askAgain(Sink.Draft draft, long coveredTokens) {
        log.info("task {}: response does not match its schema; requesting it once more", call.taskId());
        answers.begin(newAnswer(answers.current().attempts()));
        draft.beginAnew();
        send(coveredTokens);
    }

    /** Returns log fields that name the channel, so that a log shows which of several channels fails. */
    LogFields about() {
        LogFields.About about =
                LogFields.task(call.taskId()).ofAccount(call.request().accountId());
        SentCall sent = answers.current().sent();
        return sent == null ? about : about.of(sent.model(), sent.channel());
    }

    /** Passes the upstream's events of one response to the relay until that response has ended. */
    private final class Ear implements UpstreamListener {

        private final AnswerUnderWay answer;

        Ear(AnswerUnderWay answer) {
            this.answer = answer;
        }

        @Override
        public @Nullable TraceId trace() {
            Arrival arrival = call.request().arrival();
            return arrival == null ? null : TraceId.of(arrival.requestId());
        }

        @Override
        public void events(List<UpstreamEvent> events) {
            call.turn(() -> {
                if (relaying.listensTo(answer)) {
                    relaying.heard(events);
                }
            });
        }

        @Override
        public void ended() {
            call.turn(() -> {
                if (relaying.listensTo(answer)) {
                    answer.end();
                    relaying.pump();
                }
            });
        }

        @Override
        public void failed(UpstreamFailure failure) {
            call.turn(() -> {
                if (relaying.listensTo(answer)) {
                    relaying.upstreamFailed(failure);
                }
            });
        }
    }
}
