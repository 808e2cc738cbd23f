package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.models.Count;
import dev.tollgate.models.Usage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Books of one account and one call. They take offers in order after some time, refuse them, or lose a hold that they have granted. They check that
 * the call does only what a hold allows.
 */
final class SimulatedBooks implements Books {

    private static final ApiError TROUBLE =
            ApiError.of(ErrorCode.INTERNAL_ERROR, "The store is in trouble.").withStatus(503);

    enum State {
        NOTHING,
        HELD,
        CHARGED,
        BACK,
        /** The hold could not be written after it was granted. */
        LOST
    }

    private final SimulatedWorld world;
    private final boolean shared;
    private final Deque<Runnable> offered = new ArrayDeque<>();
    private State state = State.NOTHING;
    private BooleanSupplier counts = () -> false;
    private boolean committed;
    private boolean hasFreeEnd;
    private boolean hadNoRoom;
    private boolean wasHeld;
    private boolean lossIsKnown;
    private boolean offersSettlement;
    private long availableMicros;
    private long heldMicros;
    private long chargedMicros;
    private @Nullable Settlement settlement;

    /** Whether balance or limits were asked for usage that had happened, and did not cover all of it. */
    private boolean isUncovered;

    /** The bounds of a hold that no search exceeds; null if it is on less. */
    private @Nullable Bounds mostHeld;

    /** @param shared whether other nodes have the same books */
    SimulatedBooks(SimulatedWorld world, boolean shared, long availableMicros) {
        this.world = world;
        this.shared = shared;
        this.availableMicros = availableMicros;
    }

    /** @param upstream counts the prompt of the call */
    void countedBy(SimulatedUpstream upstream) {
        counts = upstream::counts;
    }

    State state() {
        return state;
    }

    boolean wasHeld() {
        return wasHeld;
    }

    /** Returns whether the call could not end free. */
    boolean hadNoRoom() {
        return hadNoRoom;
    }

    long heldMicros() {
        return heldMicros;
    }

    long chargedMicros() {
        return chargedMicros;
    }

    @Nullable
    Settlement settlement() {
        return settlement;
    }

    /** Returns whether held output may leave (D58). A hold that no other node can see counts until its loss is known. */
    boolean mayLeave() {
        return shared ? state == State.HELD && committed : state == State.HELD || state == State.LOST && !lossIsKnown;
    }

    private void offer(Runnable work) {
        offered.add(work);
        world.later(() -> offered.remove().run());
    }

    private <T> void answer(Consumer<T> then, T answer) {
        world.tell("  books say " + answer);
        world.execute(() -> then.accept(answer));
    }

    @Override
    public void reserve(
            String taskId,
            MeteredCall request,
            Bounds most,
            boolean mayRunOnLess,
            Consumer<Reservation> then,
            Consumer<ApiError> lost) {
        Bounds less = mayRunOnLess && availableMicros < most.leastMicros() ? most.less() : null;
        Bounds bounds = less == null ? most : less;
        mostHeld = less == null ? most : null;
        world.visit("books.reserve");
        offer(() -> {
            if (world.chance(5)) {
                answer(then, new NotHeld(TROUBLE, false));
            } else if (availableMicros < bounds.leastMicros()) {
                answer(then, new NotHeld(TROUBLE, availableMicros > 0));
            } else {
                world.require(state == State.NOTHING, "one hold at a time");
                world.require(!counts.getAsBoolean(), "no call holds while it counts");
                heldMicros = Math.min(availableMicros, bounds.wantedMicros());
                availableMicros -= heldMicros;
                state = State.HELD;
                wasHeld = true;
                answer(then, new Held(heldMicros, less != null, "CREDITS_EXHAUSTED", null, () -> !shared || committed));
                world.later(() -> write(lost));
            }
        });
    }

    private void write(Consumer<ApiError> lost) {
        if (state == State.HELD && !committed && world.chance(5)) {
            state = State.LOST;
            availableMicros += heldMicros;
            world.execute(() -> {
                lost.accept(TROUBLE);
                lossIsKnown = true;
            });
        } else {
            committed = true;
        }
    }

    /** Whatever is committed after a hold was decided carries it along. */
    private void carry() {
        committed |= state == State.HELD;
    }

    @Override
    public void confirm(String taskId, Consumer<@Nullable ApiError> then) {
        world.visit("books.confirm");
        world.require(shared, "nothing waits for a hold of an embedded database");
        offer(() -> {
            if (world.chance(5)) {
                answer(then, TROUBLE);
            } else {
                carry();
                ApiError gone = state == State.HELD ? null : TROUBLE;
                world.execute(() -> then.accept(gone));
            }
        });
    }

    @Override
    public void extend(
            String taskId, MeteredCall request, long leastMicros, long wantedMicros, Consumer<Extension> then) {
        world.visit("books.extend");
        offer(() -> extend(leastMicros, wantedMicros, then));
    }

    @Override
    public void extendForUsed(String taskId, MeteredCall request, long wantedMicros, Consumer<Extension> then) {
        world.visit("books.extendForUsed");
        offer(() -> {
            long enough = heldMicros + wantedMicros;
            extend(1, wantedMicros, extension -> {
                isUncovered = !(extension instanceof Grown grown) || grown.heldMicros() < enough;
                then.accept(extension);
            });
        });
    }

    private void extend(long leastMicros, long wantedMicros, Consumer<Extension> then) {
        if (world.chance(5)) {
            answer(then, new NotRecorded(TROUBLE));
        } else if (state != State.HELD || availableMicros < leastMicros || world.chance(10)) {
            answer(then, new NotGrown("CREDITS_EXHAUSTED"));
        } else {
            carry();
            long more = Math.min(availableMicros, wantedMicros);
            availableMicros -= more;
            heldMicros += more;
            answer(then, new Grown(heldMicros));
        }
    }

    @Override
    public void settle(Settlement offered, Consumer<Settled> then) {
        world.visit("books.settle");
        world.require(!offersSettlement, "one settlement");
        offersSettlement = true;
        offer(() -> {
            if (state != State.HELD) {
                answer(then, new NotCharged(TROUBLE));
            } else if (world.chance(5)) {
                back();
                answer(then, new NotCharged(TROUBLE));
            } else {
                charge(offered);
                answer(then, PlayedCall.CHARGED);
            }
        });
    }

    private void charge(Settlement offered) {
        chargedMicros = offered.bill().chargeMicros();
        world.require(offered.bill().heldMicros() == heldMicros, "the call knows what is held for it");
        world.require(chargedMicros >= 0 && chargedMicros <= heldMicros, "a charge is within its hold");
        world.require(
                offered.bill().missingMicros() == 0 || isUncovered,
                "what was reported is charged, unless it was asked for and not covered");
        world.require(!offered.bill().isUncovered() || isUncovered, "a shortfall counts if it was asked for");
        world.require(
                !offered.bill().isUncovered() || exceeds(offered.bill().usage()),
                "a call that holds its most falls short by no search and no other tool");
        settlement = offered;
        state = State.CHARGED;
        availableMicros += heldMicros - chargedMicros;
    }

    /** Returns whether a usage exceeds the hold because the provider's tools may, by its prompt or by output that came before the hold could grow. */
    private boolean exceeds(Usage used) {
        if (mostHeld == null) {
            return true;
        }
        Extras.Images images = mostHeld.extras().images();
        long made = images.most() == 0 ? 0 : used.of(Count.OUTPUT_IMAGE);
        return used.inputTokens() > mostHeld.promptTokensMax()
                || mostHeld.model().pricing().billedOutputTokens(used) - made + images.weightOf(made)
                        > mostHeld.coveredTokens(mostHeld.promptTokensMax(), heldMicros);
    }

    private void back() {
        state = State.BACK;
        availableMicros += heldMicros;
    }

    @Override
    public boolean mayEndFree(MeteredCall request, Consumer<@Nullable ApiError> then) {
        boolean asks = world.chance(10);
        if (asks) {
            offer(() -> {
                ApiError refusal = world.chance(10) ? TROUBLE : null;
                hasFreeEnd = refusal == null;
                answer(then, refusal);
            });
        }
        return asks;
    }

    @Override
    public boolean hasFreeEnd() {
        return hasFreeEnd;
    }

    @Override
    public void endsFree(MeteredCall request, int answers, boolean unshown) {
        world.require(state == State.HELD || state == State.LOST, "only a held call ends free");
        world.require(answers > 0, "a free end has an answer");
    }

    @Override
    public void giveBackIfFree(String taskId, MeteredCall request, CallDetails details, Consumer<Boolean> then) {
        world.visit("books.giveBackIfFree");
        if (world.chance(50)) {
            giveBack(taskId, details, () -> then.accept(true));
        } else {
            hadNoRoom = true;
            offer(() -> world.execute(() -> then.accept(false)));
        }
    }

    @Override
    public void giveBack(String taskId, CallDetails details, Runnable then) {
        world.tell("books.giveBack");
        world.require(!offersSettlement, "what the store was asked to charge only the store gives back");
        offer(() -> {
            world.require(state == State.HELD || state == State.LOST, "only what is held is given back");
            if (state == State.HELD) {
                back();
            }
            world.execute(then);
        });
    }

    @Override
    public boolean callerHoldsBack() {
        return true;
    }
}
