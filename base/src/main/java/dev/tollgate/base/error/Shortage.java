package dev.tollgate.base.error;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a call that was refused for lack of credits, for code that words the message differently from the API. Amounts are in
 * micro-credits.
 */
public sealed interface Shortage {

    /** Returns the amount that running calls hold, if the call would have been covered without them; otherwise 0. */
    long heldMicros();

    /**
     * The balance does not cover it.
     *
     * @param leastMicros what it had to hold; null where that was not known yet, because nothing was free at all
     * @param heldMicros by running calls, if it would have been covered without them, else 0
     * @param withheld the grant that is named with it; null for none
     */
    record OfCredits(
            @Nullable Long leastMicros,
            long freeMicros,
            long heldMicros,
            @Nullable Withheld withheld) implements Shortage {

        /** Makes a shortage without a grant. */
        public OfCredits(@Nullable Long leastMicros, long freeMicros, long heldMicros) {
            this(leastMicros, freeMicros, heldMicros, null);
        }
    }

    /**
     * A grant that does not give a call all that is left in it (Z20). It pays only for some models, or has a limit, or has not begun.
     *
     * @param grant its number
     * @param model the call's
     * @param models that it pays for, the first ones; empty if it is another reason
     * @param limitMicros what it gives in some hours; 0 if it is another reason
     * @param hours of the limit
     * @param at when its limit begins again, or when it begins; null if it is its models
     */
    record Withheld(
            long grant,
            String model,
            List<String> models,
            long limitMicros,
            int hours,
            @Nullable Instant at) {

        public Withheld {
            models = List.copyOf(models);
        }
    }

    /**
     * A spend limit or a budget does not.
     *
     * @param zone of a budget's window; null for a limit, whose windows are of UTC
     * @param holdsMicros what running calls hold in the window
     * @param heldMicros the same if it would have been covered without them, else 0
     * @param freesAt null where it does not by itself, or as soon as a running call ends
     */
    record OfLimit(
            Spender owner,
            Window window,
            @Nullable ZoneId zone,
            long limitMicros,
            long usedMicros,
            long holdsMicros,
            long heldMicros,
            long leastMicros,
            @Nullable Instant freesAt)
            implements Shortage {

        /** Returns what is left for further calls, in micro-credits. */
        public long leftMicros() {
            return Math.max(0, limitMicros - usedMicros - holdsMicros);
        }

        /** Returns the time of the reset as text with the offset of its zone; null where it does not reset. */
        public @Nullable String resetsAt() {
            return freesAt == null ? null : text(freesAt, zone);
        }

        /** Returns an instant as text with the offset of a zone, of UTC for null. */
        public static String text(Instant at, @Nullable ZoneId zone) {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(at.atZone(zone == null ? ZoneOffset.UTC : zone));
        }

        /**
         * The owner of the limit.
         *
         * @param id of the key, member, team or account; empty if it is not known
         * @param name of a team; else empty
         */
        public record Spender(Owner kind, String id, String name) {

            /** Returns the owner's words in a sentence about a budget. */
            public String words() {
                return switch (kind) {
                    case KEY -> "this key";
                    case MEMBER -> "this key's member";
                    case TEAM -> name.isEmpty() ? "this key's team" : "team " + name;
                    case ACCOUNT -> "the account";
                };
            }
        }

        /** The owner of the limit. Its labels are for sentences. */
        public enum Owner {
            KEY("The key's", ""),
            MEMBER("The member's", ""),
            TEAM("The team's", ""),
            /** The limit is for all keys of the account together. */
            ACCOUNT("The account's", " by all its keys");

            private final String whose;
            private final String byAll;

            Owner(String whose, String byAll) {
                this.whose = whose;
                this.byAll = byAll;
            }

            public String whose() {
                return whose;
            }

            /** Returns whose within a sentence. */
            public String ofWhich() {
                return "t" + whose.substring(1);
            }

            public String byAll() {
                return byAll;
            }

            public String code() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        public enum Window {
            HOUR("hourly"),
            DAY("daily"),
            WEEK("weekly"),
            MONTH("monthly"),
            TOTAL("total");

            private final String adjective;

            Window(String adjective) {
                this.adjective = adjective;
            }

            public String adjective() {
                return adjective;
            }

            public String code() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }
}
