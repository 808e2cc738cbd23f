package dev.tollgate.base.conversation;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The voices of Google's models that speak (ai.google.dev/gemini-api/docs/speech-generation, seen 29 November 2026). The provider refuses any other
 * name, in words that do not say which are right.
 */
public final class Voices {

    /** All of them, by name. */
    public static final List<String> ALL = List.of(
                    "Zephyr",
                    "Puck",
                    "Charon",
                    "Kore",
                    "Fenrir",
                    "Leda",
                    "Orus",
                    "Aoede",
                    "Callirrhoe",
                    "Autonoe",
                    "Enceladus",
                    "Iapetus",
                    "Umbriel",
                    "Algieba",
                    "Despina",
                    "Erinome",
                    "Algenib",
                    "Rasalgethi",
                    "Laomedeia",
                    "Achernar",
                    "Alnilam",
                    "Schedar",
                    "Gacrux",
                    "Pulcherrima",
                    "Achird",
                    "Zubenelgenubi",
                    "Vindemiatrix",
                    "Sadachbia",
                    "Sadaltager",
                    "Sulafat")
            .stream()
            .sorted(Comparator.naturalOrder())
            .toList();

    private Voices() {}

    /** Returns the voice of a name, whatever its letters' case is; null for any other name. */
    public static @Nullable String find(String name) {
        for (String voice : ALL) {
            if (voice.equalsIgnoreCase(name)) {
                return voice;
            }
        }
        return null;
    }
}
