package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.upstreams.media.CallMedia;
import org.jspecify.annotations.Nullable;

/** What can be asked of an upstream: complete and checked, with everything decided that the catalogue decides. */
public sealed interface Ask permits ChatAsk, NativeAsk {

    /** The catalogue's id of the model: what a channel is chosen by. */
    String modelId();

    /** The upstream's name of the model; its rules are looked up under it. */
    String upstreamModel();

    /** The same for a channel that has another name for the model. */
    Ask forUpstreamModel(String name);

    /** The same without any thought signature: placeholders stand for those that are demanded (D50). */
    Ask withoutSignatures();

    /** The channel that is asked first as long as it may be, or null (D50). */
    default @Nullable String preferredChannel() {
        return null;
    }

    /** How many answers are wanted, at least 1. */
    int candidates();

    /** The field that holds the tools, to blame. */
    String toolsField();

    /** Whether the model may search the web. */
    boolean searches();

    /** Whether the model may call functions. */
    boolean functions();

    /** What was downloaded for it: there before it is sent or counted, until the call is over. */
    CallMedia media();

    /** What it takes of the heap is charged to it, and what it is translated into. */
    Lease memory();

    /** What the bound on the prompt is made of. May walk the whole request: call it once. */
    PromptSize promptSize();
}
