package dev.tollgate.upstream;

import dev.tollgate.openai.PromptSize;

/** What can be asked of an upstream: complete and checked, with everything decided that the catalogue decides. */
public sealed interface Ask permits ChatAsk, NativeAsk {

    /** The upstream's name of the model; its rules are looked up under it. */
    String upstreamModel();

    /** How many answers are wanted, at least 1. */
    int candidates();

    /** Whether the model may search the web. */
    boolean searches();

    /** What the bound on the prompt is made of. May walk the whole request: call it once. */
    PromptSize promptSize();
}
