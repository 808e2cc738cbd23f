package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Count;
import dev.tollgate.models.Count.Modality;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.pool.UpstreamEvent.Cost;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import dev.tollgate.upstreams.pool.UpstreamEvent.Media;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The requests of an ask for several images: one image each, two at the same time, reported as the candidates of one answer. An image is passed on when
 * its request has ended, with the usage of all that have brought one. What the others report counts for the operator's cost alone. If none brings an
 * image, the first of them is the result, and no more are sent than ran by then. The listener gets exactly one end, and nothing after {@link #cancel}.
 * Confined to its event loop.
 */
final class ImagesCall implements UpstreamCall {

    private static final int AT_ONCE_MAX = 2;

    private final PreparedAsk ask;
    private final ImagesAsked images;
    private final @Nullable Long maxOutputTokens;
    private final UpstreamListener listener;
    private final Set<Part> running = new LinkedHashSet<>();
    private final List<Part> without = new ArrayList<>(0);
    private final Sum sum = new Sum();
    private int sent;
    private int came;
    private int madeForNothing;
    private boolean paused;
    private boolean done;

    ImagesCall(PreparedAsk ask, ImagesAsked images, @Nullable Long maxOutputTokens, UpstreamListener listener) {
        this.ask = ask;
        this.images = images;
        this.maxOutputTokens = maxOutputTokens;
        this.listener = listener;
    }

    void begin() {
        boolean isWorthIt = came > 0 ? without.stream().noneMatch(Part::isLost) : without.isEmpty();
        while (!done && isWorthIt && sent < images.requests() && running.size() < AT_ONCE_MAX) {
            Part part = new Part(sent++);
            running.add(part);
            part.call = ask.send(maxOutputTokens, part);
            if (paused) {
                part.call.pause();
            }
        }
    }

    private void over(Part part) {
        running.remove(part);
        if (part.brings()) {
            pass(part);
        } else {
            part.image = null;
            madeForNothing += part.usage == null ? 0 : 1;
            without.add(part);
        }
        if (!done) { // the listener may have cancelled
            begin();
        }
        if (!done && running.isEmpty()) {
            if (came > 0) {
                done = true;
                listener.ended();
            } else {
                endWithout(without.getFirst());
            }
        }
    }

    private void pass(Part part) {
        List<UpstreamEvent> events = new ArrayList<>();
        if (came++ == 0) {
            events.add(part.started);
        }
        sum.add(part, images.tokens());
        events.addAll(sum.reports());
        Media image = part.image;
        if (image != null) {
            events.add(new Media(part.index, image.mimeType(), image.data(), image.linked(), image.signature()));
        }
        events.add(new UpstreamEvent.Finish(part.index, FinishReason.STOP, "STOP"));
        part.image = null;
        listener.events(events);
    }

    /** Shows how the first request ended, with what all have cost. */
    private void endWithout(Part first) {
        without.forEach(part -> sum.add(part, 0));
        without.clear();
        List<UpstreamEvent> events = new ArrayList<>(sum.reports());
        if (first.failure == null) {
            events.addFirst(first.started);
            events.addAll(first.said);
        }
        if (!events.isEmpty()) {
            listener.events(events);
        }
        if (done) {
            return; // the listener has cancelled
        }
        done = true;
        if (first.failure == null) {
            listener.ended();
        } else {
            listener.failed(first.failure);
        }
    }

    /** Returns the reports of each request whose answer was thrown away. */
    List<List<UpstreamEvent>> thrownAway() {
        return without.stream()
                .filter(part -> part.usage != null)
                .map(part -> {
                    Sum its = new Sum();
                    its.add(part, 0);
                    return its.reports();
                })
                .toList();
    }

    /** Returns the number of requests that have reported usage and brought no image. */
    int madeForNothing() {
        return madeForNothing;
    }

    @Override
    public void cancel() {
        done = true;
        running.forEach(Part::cancel);
        running.clear();
    }

    @Override
    public void pause() {
        paused = true;
        running.forEach(Part::pause);
    }

    @Override
    public void resume() {
        paused = false;
        running.forEach(Part::resume);
    }

    /** A request. Keeps its last image, since those before it are drafts (Y4), and no more of its text than that there is one. */
    private final class Part implements UpstreamListener {

        private final int index;
        private final List<UpstreamEvent> said = new ArrayList<>(2);
        private UpstreamEvent.Started started = new UpstreamEvent.Started(null, null);
        private UpstreamCall call = NONE;
        private @Nullable Media image;
        private @Nullable Usage usage;
        private @Nullable Cost cost;
        private @Nullable ServiceTier tier;
        private @Nullable UpstreamFailure failure;
        private boolean hasText;

        Part(int index) {
            this.index = index;
        }

        boolean brings() {
            return image != null && failure == null;
        }

        /** Returns whether its image came and could not be kept here, as the next one could not be. */
        boolean isLost() {
            return failure != null && failure.kind() == UpstreamFailure.Kind.LOCAL;
        }

        void cancel() {
            call.cancel();
        }

        void pause() {
            call.pause();
        }

        void resume() {
            call.resume();
        }

        @Override
        public void events(List<UpstreamEvent> events) {
            for (UpstreamEvent event : events) {
                switch (event) {
                    case UpstreamEvent.Started it -> started = it;
                    case Media it -> image = it;
                    case Usage it -> usage = it;
                    case Cost it -> cost = it;
                    case UpstreamEvent.TierGranted it -> tier = it.tier();
                    case UpstreamEvent.Text it -> text(it);
                    case UpstreamEvent.Finish _, UpstreamEvent.PromptBlocked _ -> said.add(event);
                    default -> {}
                }
            }
        }

        private void text(UpstreamEvent.Text text) {
            if (!hasText && !text.text().isEmpty()) {
                hasText = true;
                said.add(text);
            }
        }

        @Override
        public void ended() {
            if (!done) {
                over(this);
            }
        }

        @Override
        public void failed(UpstreamFailure its) {
            if (!done) {
                failure = its;
                over(this);
            }
        }

        @Override
        public @Nullable String traceparent() {
            return listener.traceparent();
        }

        @Override
        public @Nullable TraceId trace() {
            return listener.trace();
        }
    }

    /** The usage of several requests. */
    private static final class Sum {

        private final long[] counts = new long[Count.REPORTED.size()];
        private final long[] prompt = new long[Modality.values().length];
        private final long[] made = new long[Modality.values().length];
        private long total;
        private boolean isReported;

        /** Images whose requests reported no usage, or no tokens of images. */
        private long untold;

        private long unreported;
        private long cost;
        private boolean hasCost;
        private @Nullable ServiceTier tier;

        /** @param tokens the tokens of the part's image; 0 if it has none */
        void add(Part part, long tokens) {
            Usage its = part.usage;
            if (its != null) {
                isReported = true;
                total += Math.max(0, its.totalTokens());
                for (Count count : Count.REPORTED) {
                    counts[count.ordinal()] += Math.max(0, its.of(count));
                }
                for (Modality modality : Modality.values()) {
                    prompt[modality.ordinal()] += its.promptDetails().of(modality);
                    made[modality.ordinal()] += its.candidatesDetails().of(modality);
                }
            }
            unreported += its == null ? tokens : 0;
            untold += its == null || its.candidatesDetails().imageTokens() == 0 ? tokens : 0;
            if (part.cost != null) {
                hasCost = true;
                boolean isOdd = cost == Cost.ODD || part.cost.micros() == Cost.ODD;
                cost = isOdd ? Cost.ODD : cost + part.cost.micros();
            }
            if (part.tier != null && (tier == null || part.tier != ServiceTier.PRIORITY)) {
                tier = part.tier; // all are charged at one tier: the cheaper one
            }
        }

        /**
         * Returns the reports of all requests as one; kinds that no request has reported are left out. If only some images have a reported count, the others
         * count by their size (Y4).
         */
        List<UpstreamEvent> reports() {
            List<UpstreamEvent> reports = new ArrayList<>(3);
            if (isReported) {
                long[] all = counts.clone();
                long[] ofMade = made.clone();
                all[Count.COMPLETION.ordinal()] += unreported;
                ofMade[Modality.IMAGE.ordinal()] += ofMade[Modality.IMAGE.ordinal()] == 0 ? 0 : untold;
                reports.add(new Usage(
                        total + unreported,
                        UpstreamEvent.Modalities.of(prompt),
                        UpstreamEvent.Modalities.of(ofMade),
                        all));
            }
            if (hasCost) {
                reports.add(new Cost(cost));
            }
            if (tier != null) {
                reports.add(new UpstreamEvent.TierGranted(tier));
            }
            return reports;
        }
    }
}
