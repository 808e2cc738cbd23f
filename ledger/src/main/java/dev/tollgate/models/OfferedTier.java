package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The service tier that a caller gets for the requested one, the same in all protocols (P4). */
public final class OfferedTier {

    private OfferedTier() {}

    /** Returns whether the model's price offers the tier that was asked for; false without one. */
    public static boolean isOffered(Model model, @Nullable ServiceTier asked) {
        return asked != null && model.pricing().offers(asked);
    }

    /** Returns the tier that the upstream is asked for. */
    public static ServiceTier of(Model model, @Nullable ServiceTier asked) {
        return asked != null && isOffered(model, asked) ? asked : ServiceTier.STANDARD;
    }

    /** Returns the fields without effect; they include the tier's field unless the tier is offered. @param ignored with that field */
    public static List<String> ignored(List<String> ignored, String field, Model model, @Nullable ServiceTier asked) {
        return isOffered(model, asked)
                ? ignored.stream().filter(name -> !name.equals(field)).toList()
                : ignored;
    }
}
