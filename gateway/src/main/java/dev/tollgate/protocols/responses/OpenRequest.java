package dev.tollgate.protocols.responses;

import dev.tollgate.base.memory.Lease;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request that is read but may still need kept responses, or its summaries opened, before it is whole (E30, E31, E73). Confined to its request. */
final class OpenRequest {

    private final String model;
    private final @Nullable String previousId;
    private final List<Item> items;
    private final boolean background;
    private final Consumer<String> ignored;
    private final Function<List<Item>, ResponsesRequest> building;
    private @Nullable ResponsesRequest whole;
    private @Nullable KeptItems kept;

    /**
     * @param items of the input
     * @param ignored receives the paths of items without effect
     * @param building makes the request of all items of the conversation
     */
    OpenRequest(
            String model,
            boolean background,
            @Nullable String previousId,
            List<Item> items,
            Consumer<String> ignored,
            Function<List<Item>, ResponsesRequest> building) {
        this.model = model;
        this.background = background;
        this.previousId = previousId;
        this.items = items;
        this.ignored = ignored;
        this.building = building;
        if (previousId == null && items.stream().allMatch(Item::isWhole)) {
            this.whole = building.apply(items);
        }
    }

    String model() {
        return model;
    }

    /** Returns whether its caller does not wait for the answer. */
    boolean inBackground() {
        return background;
    }

    boolean isWhole() {
        return whole != null;
    }

    /** Finds the kept responses that the request refers to, still packed. Blocks. @return their length, unpacked */
    long find(KeptItems its) {
        long bytes = its.find(previousId, items);
        kept = its;
        return bytes;
    }

    /** Adds the kept items that the request refers to, and opens the summaries in all. */
    void complete(Summaries summaries, String accountId, Lease memory) {
        if (whole == null && kept != null) {
            whole = building.apply(summaries.opened(kept.of(items, ignored), accountId, memory));
        }
    }

    ResponsesRequest whole() {
        ResponsesRequest known = whole;
        if (known == null) {
            throw new IllegalStateException("kept responses and summaries have not been read");
        }
        return known;
    }
}
