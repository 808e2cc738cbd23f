package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.PreparedCall;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An upstream that says what chance has given it to say: slowly, all at once, too early, after it was cancelled, twice, or broken off. */
final class SimulatedUpstream implements PreparedCall {

    private static final String WORDS = "the quick brown fox jumps over the lazy dog ";

    private final SimulatedWorld world;
    private final int candidates;
    private final int promptTokens;
    private final int toolTokens;
    private final long imageTokens;
    private final List<Sent> sent = new ArrayList<>();
    private boolean counts;

    /** @param toolTokens that its tools add to the prompt @param imageTokens of each image that it makes; 0 if it makes none */
    SimulatedUpstream(SimulatedWorld world, int candidates, int promptTokens, int toolTokens, long imageTokens) {
        this.imageTokens = imageTokens;
        this.world = world;
        this.candidates = candidates;
        this.promptTokens = promptTokens;
        this.toolTokens = toolTokens;
    }

    List<Sent> sent() {
        return sent;
    }

    /** Returns whether the prompt is being counted. */
    boolean counts() {
        return counts;
    }

    @Override
    public List<String> ignored() {
        return List.of();
    }

    @Override
    public List<WantedMedium> wanted() {
        return List.of();
    }

    @Override
    public PreparedCall loaded() {
        return this;
    }

    @Override
    public void count(Consumer<Optional<PromptCount>> then) {
        world.visit("upstream.count");
        Optional<PromptCount> counted = world.chance(50)
                ? Optional.of(new PromptCount(promptTokens, UpstreamEvent.Modalities.NONE))
                : Optional.empty();
        counts = true;
        world.later(() -> world.execute(() -> {
            counts = false;
            then.accept(counted);
        }));
    }

    @Override
    public boolean mayAskAgain() {
        return world.random().nextInt(4) > 0;
    }

    @Override
    public SentCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
        world.visit("upstream.send");
        Sent begun = new Sent(listener);
        sent.add(begun);
        begun.next();
        if (world.chance(3)) {
            begun.say(); // before the call knows that the request is sent
        }
        return begun;
    }

    /** One answer. */
    final class Sent implements SentCall {

        private final UpstreamListener listener;
        private final Deque<Runnable> script = new ArrayDeque<>();
        private final StringBuilder text = new StringBuilder();

        /** What it has said when every candidate has had a finish reason: whatever stops it then completes the answer. */
        private final Set<String> ends = new HashSet<>();

        /** The most searches of a report that came before the end; -1 without one. */
        private int searched = -1;

        private boolean paused;
        private boolean waits;
        private boolean cancelled;
        private boolean ended;

        Sent(UpstreamListener listener) {
            this.listener = listener;
            write();
        }

        /** What it will say; a report of usage counts all of its chunk, and may come late, be missing or be absurd. */
        private void write() {
            Random random = world.random();
            int chunks = random.nextInt(8);
            long tokens = 0;
            long made = 0;
            boolean tells = random.nextInt(4) > 0;
            BitSet finished = new BitSet();
            List<UpstreamEvent> first = new ArrayList<>(List.of(new UpstreamEvent.Started("sim-1", "r1")));
            for (int i = 0; i < chunks; i++) {
                List<UpstreamEvent> events = i == 0 ? first : new ArrayList<>();
                String said = WORDS.repeat(1 + random.nextInt(random.nextInt(24) == 0 ? 1_000 : 4));
                boolean makes = imageTokens > 0 && random.nextInt(3) == 0;
                made += makes ? imageTokens : 0;
                tokens += said.length() / 4 + (makes ? imageTokens : 0);
                if (random.nextInt(4) > 0) {
                    events.add(usage(random.nextInt(40) == 0 ? 1L << 31 : tokens, tells ? made : 0));
                } else if (i > 0) {
                    events.add(UpstreamEvent.Unreported.FROM_HERE);
                }
                int candidate = random.nextInt(60) == 0 ? candidates : random.nextInt(candidates);
                if (random.nextInt(8) == 0) {
                    events.add(new UpstreamEvent.Searched(random.nextInt(6)));
                    ServiceTier[] tiers = ServiceTier.values();
                    events.add(new UpstreamEvent.TierGranted(tiers[random.nextInt(tiers.length)]));
                }
                events.add(new UpstreamEvent.Text(candidate, said, null));
                if (makes) {
                    events.add(new UpstreamEvent.Media(candidate, "image/png", "AAAA"));
                }
                if (random.nextInt(6) == 0) { // and goes on
                    int last = random.nextInt(candidates);
                    finished.set(last);
                    events.add(new UpstreamEvent.Finish(last, UpstreamEvent.FinishReason.STOP, "STOP"));
                }
                script.add(() -> say(events));
                text.append(said);
                if (finished.cardinality() == candidates) {
                    ends.add(text.toString());
                }
            }
            close(random, tokens, tells ? made : 0);
        }

        private void close(Random random, long tokens, long made) {
            int how = random.nextInt(20);
            if (how == 0) {
                script.add(() -> fail("reset"));
                return;
            }
            if (how == 1) {
                List<UpstreamEvent> block = new ArrayList<>(List.of(new UpstreamEvent.PromptBlocked("SAFETY")));
                block.addAll(ends(UpstreamEvent.FinishReason.FILTERED));
                script.add(() -> listener.events(block));
                script.add(this::end);
                return;
            }
            List<UpstreamEvent> last = new ArrayList<>();
            if (random.nextBoolean()) {
                last.add(usage(tokens, made));
            }
            last.addAll(ends(how == 2 ? UpstreamEvent.FinishReason.MALFORMED : UpstreamEvent.FinishReason.STOP));
            script.add(() -> listener.events(last));
            if (how == 3) {
                script.add(() -> fail("late"));
                return;
            }
            script.add(this::end);
            if (how == 4) {
                script.add(this::end);
                script.add(() -> listener.events(List.of(new UpstreamEvent.Text(0, "after the end", null))));
            }
        }

        private List<UpstreamEvent> ends(UpstreamEvent.FinishReason reason) {
            List<UpstreamEvent> ends = new ArrayList<>();
            for (int candidate = 0; candidate < candidates; candidate++) {
                ends.add(new UpstreamEvent.Finish(candidate, reason, reason.name()));
            }
            return ends;
        }

        private void end() {
            ended = true;
            listener.ended();
        }

        private void fail(String how) {
            ended = true;
            listener.failed(new UpstreamFailure(UpstreamFailure.Kind.BROKEN, null, how));
        }

        private UpstreamEvent.Usage usage(long tokens, long made) {
            return new UpstreamEvent.Usage(
                    promptTokens + toolTokens + tokens,
                    UpstreamEvent.Modalities.NONE,
                    made == 0 ? UpstreamEvent.Modalities.NONE : new UpstreamEvent.Modalities(0, made, 0, 0, 0),
                    promptTokens,
                    toolTokens,
                    tokens,
                    0,
                    world.random().nextBoolean() ? 0 : world.random().nextInt(promptTokens + 1));
        }

        private void next() {
            if (!waits && !script.isEmpty()) {
                waits = true;
                world.later(() -> {
                    waits = false;
                    world.execute(this::say);
                });
            }
        }

        /** What was read before a pause or a cancel may still come. */
        private void say() {
            if (script.isEmpty() || (cancelled && !world.chance(10))) {
                return;
            }
            if (paused && !world.chance(20)) {
                return;
            }
            world.tell("upstream speaks");
            Runnable step = script.remove();
            step.run();
            next();
        }

        private void say(List<UpstreamEvent> events) {
            for (UpstreamEvent event : events) {
                if (event instanceof UpstreamEvent.Searched searches
                        && !isOver()
                        && !Delivery.isStrange(events, candidates)) {
                    searched = Math.max(searched, searches.queries());
                }
            }
            listener.events(events);
        }

        int searched() {
            return searched;
        }

        boolean isOver() {
            return ended || cancelled;
        }

        boolean mayEndWith(String said) {
            return said.contentEquals(text) || ends.contains(said);
        }

        @Override
        public void cancel() {
            cancelled = true;
            world.visit("upstream.cancel");
        }

        @Override
        public void pause() {
            world.visit("upstream.pause");
            paused = true;
        }

        @Override
        public void resume() {
            world.visit("upstream.resume");
            paused = false;
            next();
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public String channel() {
            return "sim";
        }

        @Override
        public String model() {
            return "sim-1";
        }

        @Override
        public List<String> ignored() {
            return List.of();
        }
    }
}
