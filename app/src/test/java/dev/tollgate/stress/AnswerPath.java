package dev.tollgate.stress;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.log.CallNotes;
import dev.tollgate.base.log.CallWatch;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.models.Model;
import dev.tollgate.models.Usage;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.OpenedBody;
import dev.tollgate.running.CallNow;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a door sends of one answer, as one text: headers, bytes by step, signed parts. Plays the meter before the door's sink, with an
 * answer that a tape decides: events, batches, silence, a slow caller, another try, a cut, a failure. Any bytes are a tape, and a cut tape is a
 * shorter answer.
 */
final class AnswerPath implements BiFunction<String, byte[], Object[]> {

    /** What stands before the name of a door whose answers are meant. */
    static final String DOORS = "answers:";

    private static final String ACCOUNT = "acc_1";
    private static final int BATCHES_MAX = 12;
    private static final int EVENTS_MAX = 6;

    private static final List<ApiError> FAILURES = List.of(
            ApiError.of(ErrorCode.UPSTREAM_ERROR, "The upstream \"broke\"."),
            ApiError.of(ErrorCode.UPSTREAM_ERROR, "It was refused.").doNotRetry(),
            ApiError.of(
                    ErrorCode.CONTEXT_LENGTH_EXCEEDED,
                    "This model's maximum context length is 9 tokens. However, your request comes to 10 tokens. Please shorten it."),
            ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, "Too low."),
            ApiError.invalid("model", "'model' is odd."),
            ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred.").withStatus(503));

    private final SchemaChecks checks = new SchemaChecks();
    private Random ids = new Random(0);
    private final PathProtocols protocols = new PathProtocols((RandomGenerator) () -> ids.nextLong(), checks);

    /** @return the text, and 0 */
    @Override
    public Object[] apply(String door, byte[] tape) {
        ids = new Random(Arrays.hashCode(tape));
        PathText text = new PathText();
        Lease lease = new MemoryBudget(1L << 40).lease(ACCOUNT, null, false);
        text.tried("answer", () -> new OneAnswer(door, new AnswerTape(tape), text, lease).play());
        lease.release();
        return new Object[] {text.toString(), 0L};
    }

    private record Head(String stream) implements Envelope {
        @Override
        public @Nullable String header(String name) {
            return null;
        }

        @Override
        public @Nullable String query(String name) {
            return stream;
        }

        @Override
        public String pathParam(String name) {
            return "m";
        }
    }

    private static final class Unwatched implements CallWatch {
        @Override
        public void begun() {}

        @Override
        public boolean wantsNotes() {
            return false;
        }

        @Override
        public void over(CallNotes notes) {}
    }

    /** One answer of one door. */
    private final class OneAnswer {

        private final String door;
        private final AnswerTape tape;
        private final PathText text;
        private final PathOutlet outlet;
        private final BlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
        private final Sink sink;
        private final Model model;
        private boolean hasAnswered;

        OneAnswer(String door, AnswerTape tape, PathText text, Lease lease) {
            this.door = door;
            this.tape = tape;
            this.text = text;
            this.outlet = new PathOutlet(text, tape);
            this.model = protocols.model(tape.next(PathProtocols.MODELS));
            boolean streams = tape.next(3) > 0;
            String request = AnswerRequests.of(door, streams, tape);
            text.add("request", request);
            OpenedBody<?> opened = OpenedBody.of(
                    protocols.of(door.equals("generate") && streams ? "stream" : door),
                    new Head(tape.chance(2) ? "sse" : null),
                    request.getBytes(StandardCharsets.UTF_8),
                    lease);
            opened.find(ACCOUNT, lease);
            Ask ask = door.equals("chat") || door.equals("generate")
                    ? unasked(opened, lease)
                    : opened.ask(model, ACCOUNT, lease);
            Arrival arrival = new Arrival("req_1", 0, "/", null, new Unwatched());
            this.sink = opened.sink(
                    outlet,
                    new MeteredCall(
                            ACCOUNT,
                            "key_1",
                            KeyOwner.account("key_1"),
                            "sk-1",
                            PriceCeiling.NONE,
                            door,
                            model,
                            Instant.EPOCH,
                            "asked-name",
                            ask,
                            arrival,
                            null,
                            null,
                            List.of(),
                            List.of(),
                            CallLabels.NONE,
                            null));
        }

        /** These doors do not look at the ask again. */
        private Ask unasked(OpenedBody<?> opened, Lease lease) {
            return new ChatAsk(null, model.id(), "up", true, null, ServiceTier.STANDARD, Replay.NONE, null, lease);
        }

        void play() {
            sink.admitted(new Sink.Admission(
                    "chatcmpl-20261125153422513566689BQnNhvdT",
                    tape.chance(4) ? 99L : null,
                    tape.chance(3) ? List.of("seed", "user") : List.of()));
            step("admitted");
            if (tape.chance(6)) {
                failed();
                return;
            }
            if (tape.chance(5) && !sink.leavesWhole()) {
                sink.waiting();
                step("waiting");
                if (tape.chance(5)) {
                    failed();
                    return;
                }
            }
            if (tape.chance(4)) {
                sink.ignoring(List.of("top_k"));
            }
            answer(1 + tape.next(3) / 2);
        }

        /** Plays one response of the upstream, and its end. */
        private void answer(int attempts) {
            sink.answering(attempts);
            hasAnswered = true;
            int batches = 1 + tape.next(BATCHES_MAX);
            for (int i = 0; i < batches; i++) {
                List<UpstreamEvent> events = tape.events(door, i == 0, 1 + tape.next(EVENTS_MAX));
                text.add("keeps", sink.keeps(events));
                sink.events(events);
                step("events");
                if (tape.chance(8) && sink.wantsCost()) {
                    sink.cost(new CallNow("t", ACCOUNT, 1, 2, 3));
                }
                if (sink.full()) {
                    sink.onDrain(() -> text.add("drained", ""));
                    outlet.drain();
                    step("drained");
                }
                if (tape.chance(40)) {
                    failed();
                    return;
                }
                if (tape.chance(80)) {
                    sink.cut();
                    step("cut");
                    return;
                }
            }
            sink.events(tape.finish(door));
            step("finish");
            Sink.Draft draft = sink.draft();
            if (draft == null) {
                end();
            } else {
                judge(draft, attempts);
            }
        }

        private void judge(Sink.Draft draft, int attempts) {
            boolean[] fits = new boolean[1];
            boolean[] isOver = new boolean[1];
            draft.check(loop::add, it -> {
                fits[0] = it;
                isOver[0] = true;
            });
            try {
                while (!isOver[0]) {
                    loop.take().run();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            text.add("fits", fits[0]);
            if (!fits[0] && attempts < 10) {
                draft.beginAnew();
                if (tape.chance(3)) {
                    sink.answering(attempts + 10);
                    sink.events(tape.events(door, true, 2));
                    draft.takeBack();
                    sink.answering(attempts + 11);
                    end();
                } else {
                    answer(attempts + 10);
                }
            } else {
                end();
            }
        }

        private void end() {
            text.add("signed", sink.signed());
            Usage usage = tape.usage();
            Sink.End end = sink.end(new Sink.Completion(model.printed(usage), tape.next(1_000_000), tape.tier()));
            step("rendered");
            if (tape.chance(12)) {
                failed();
                return;
            }
            end.send();
            step("sent");
            if (sink.isSending()) {
                sink.onSent(() -> text.add("all sent", ""));
            }
            outlet.drain();
            step("end");
        }

        private void failed() {
            sink.failed(FAILURES.get(tape.next(FAILURES.size())));
            outlet.drain();
            step("failed" + hasAnswered);
        }

        private void step(String name) {
            outlet.step(name);
        }
    }
}
