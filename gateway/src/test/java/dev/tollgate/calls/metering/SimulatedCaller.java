package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.models.Count;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A caller behind its door: reads fast or slowly, may leave at any time, and holds the call to what it may be shown. */
final class SimulatedCaller implements Sink {

    private final SimulatedWorld world;
    private final SimulatedBooks books;
    private final Bounds bounds;
    private final boolean leavesWhole;
    private final boolean isLong;
    private final @Nullable Draft draft;
    private Runnable leaving = () -> {};

    private StringBuilder text = new StringBuilder();
    private StringBuilder textAside = new StringBuilder();
    private final long promptTokens;
    private long tokens;
    private long bytesSince;
    private long imageTokens;
    private int images;
    private boolean reported;
    private boolean cutByLength;
    private BitSet finished = new BitSet();
    private BitSet finishedAside = new BitSet();
    private boolean wasFull;
    private boolean drains;
    private boolean gone;
    private int goneAt;
    private int ends;
    private boolean wasSent;
    private boolean began;

    SimulatedCaller(SimulatedWorld world, SimulatedBooks books, Bounds bounds, long promptTokens) {
        this.world = world;
        this.books = books;
        this.bounds = bounds;
        this.promptTokens = promptTokens;
        this.leavesWhole = world.chance(40);
        this.isLong = world.chance(20);
        this.draft = leavesWhole && world.chance(50) ? new Checked() : null;
    }

    /** @param leaving tells the call that its caller has left */
    void leavesBy(Runnable leaving) {
        this.leaving = leaving;
    }

    void leave() {
        if (!gone && ends == 0) {
            world.tell("the caller leaves");
            gone = true;
            goneAt = world.steps();
            leaving.run();
        }
    }

    boolean isGone() {
        return gone;
    }

    /** The number of ends that the caller received. */
    int ends() {
        return ends;
    }

    /** Whether it has the whole answer, with its charge. */
    boolean wasSent() {
        return wasSent;
    }

    boolean wasCutByLength() {
        return cutByLength;
    }

    String text() {
        return text.toString();
    }

    private void hears(String what) {
        world.visit("sink." + what);
        world.require(!gone || goneAt == world.steps(), "who has left is told nothing");
        world.require(ends == 0, "after the end nothing comes");
    }

    @Override
    public void admitted(Admission admission) {
        hears("admitted");
    }

    @Override
    public void waiting() {
        hears("waiting");
        world.require(!leavesWhole && books.mayLeave(), "what leaves is held for");
        began = true;
    }

    @Override
    public void ignoring(List<String> fields) {
        hears("ignoring");
    }

    @Override
    public void forget() {
        hears("forget");
        world.require(leavesWhole, "what has left is not forgotten");
        text = new StringBuilder();
    }

    @Override
    public void answering(int attempts) {
        hears("answering");
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        hears("events");
        began = true;
        world.require(!events.isEmpty(), "what is shown is something");
        world.require(leavesWhole || books.mayLeave(), "what leaves is held for");
        for (UpstreamEvent event : events) {
            take(event);
        }
        if (!cutByLength) {
            requireCovered();
        }
        if (world.chance(3)) {
            leave();
        }
    }

    private void take(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Usage usage -> {
                tokens = Math.max(tokens, Math.min(usage.of(Count.COMPLETION), bounds.mostTokens()));
                imageTokens = Math.max(imageTokens, usage.candidatesDetails().imageTokens());
                bytesSince = 0;
                reported = true;
            }
            case UpstreamEvent.Unreported mark -> reported = false;
            case UpstreamEvent.Text said -> {
                text.append(said.text());
                bytesSince += reported ? 0 : said.text().length();
            }
            case UpstreamEvent.Media _ -> images++;
            case UpstreamEvent.Finish finish -> {
                cutByLength |= finish.reason() == UpstreamEvent.FinishReason.LENGTH;
                finished.set(finish.candidate());
            }
            default -> {
                // nothing that counts
            }
        }
    }

    /**
     * By the price alone, and not by how the call reckons. Text above the caller's maximum is not charged, so a hold for that maximum covers all text
     * that is shown, even a hold without the room for thoughts above it.
     */
    private void requireCovered() {
        if (bounds.extras().images().most() > 0) {
            requireImagesCovered(bounds.extras().images());
            return;
        }
        Long asked = bounds.askedTokensMax();
        long most = asked == null ? bounds.mostTokens() : Math.min(bounds.mostTokens(), asked * bounds.candidates());
        long shown = Math.min(most, tokens + bytesSince);
        world.require(
                bounds.chargeMicros(promptTokens, shown) <= books.heldMicros() || tokens + bytesSince == 0,
                "what is shown is covered by what is held");
    }

    /** Images that were shown cost what they cost, as many as are charged; the rest of the reported output is text. */
    private void requireImagesCovered(Extras.Images rules) {
        long made = Math.min(
                Math.min(images, rules.most()) * rules.tokens(), imageTokens == 0 ? Long.MAX_VALUE : imageTokens);
        long text = Math.min(
                bounds.usageLimits().textTokens(), Math.max(0, tokens - Math.max(made, imageTokens)) + bytesSince);
        Usage shown = new Usage(bounds.extras().tier(), promptTokens, 0, text + made).with(Count.OUTPUT_IMAGE, made);
        world.require(
                bounds.model().pricing().chargeMicros(shown) <= books.heldMicros() || text + made == 0,
                "shown images are covered by what is held");
    }

    /** A few answers find no room, sooner or later. */
    @Override
    public long keeps(List<UpstreamEvent> events) {
        return isLong ? 4_000L * events.size() : 0;
    }

    @Override
    public End end(Completion completion) {
        hears("end");
        return () -> {
            world.visit("sink.send");
            world.require(books.state() == SimulatedBooks.State.CHARGED, "an answer ends when its charge is durable");
            world.require(completion.chargeMicros() == books.chargedMicros(), "what is told is what was charged");
            world.require(
                    finished.cardinality() == bounds.candidates(), "a whole answer has the end of each candidate");
            wasSent = true;
            ended();
        };
    }

    @Override
    public void failed(ApiError error) {
        hears("failed");
        world.require(
                books.state() != SimulatedBooks.State.CHARGED || wasFull, "who is told of a failure is not charged");
        ended();
    }

    @Override
    public void cut() {
        world.tell("sink.cut");
        ended();
    }

    private void ended() {
        world.require(!gone, "who has left is told nothing");
        ends++;
    }

    @Override
    public List<SignedPart> signed() {
        world.visit("sink.signed");
        return List.of();
    }

    @Override
    public boolean leavesWhole() {
        return leavesWhole;
    }

    @Override
    public @Nullable Draft draft() {
        return draft;
    }

    @Override
    public boolean full() {
        world.visit("sink.full");
        wasFull |= !leavesWhole && world.chance(15);
        boolean full = wasFull && !drains && world.chance(60);
        return full;
    }

    @Override
    public void onDrain(Runnable resume) {
        world.visit("sink.onDrain");
        drains = true;
        world.later(() -> world.execute(() -> {
            drains = false;
            resume.run();
        }));
    }

    private final class Checked implements Draft {

        @Override
        public void check(Executor loop, Consumer<Boolean> then) {
            world.visit("draft.check");
            boolean fits = world.chance(50);
            world.later(() -> loop.execute(() -> then.accept(fits)));
        }

        @Override
        public void abandon() {
            world.visit("draft.abandon");
        }

        @Override
        public void beginAnew() {
            world.visit("draft.beginAnew");
            textAside = text;
            finishedAside = finished;
            text = new StringBuilder();
            finished = new BitSet();
            tokens = 0;
            bytesSince = 0;
            imageTokens = 0;
            images = 0;
            reported = false;
        }

        @Override
        public void takeBack() {
            world.visit("draft.takeBack");
            text = textAside;
            finished = finishedAside;
        }
    }
}
