package dev.tollgate.running;

/** A model whose lines of batches a channel does not serve at the tier that was asked for. @param model by its id in the catalogue */
public record OtherTier(String channel, String model) {}
