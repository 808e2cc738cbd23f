package dev.tollgate.books.ledger;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Enum constants as the database and JSON spell them: lower case. */
final class Codes {

    /** One code for each constant of this package's enums. */
    private static final Map<Enum<?>, String> CODES = new ConcurrentHashMap<>();

    private Codes() {}

    static String of(Enum<?> constant) {
        return CODES.computeIfAbsent(constant, known -> known.name().toLowerCase(Locale.ROOT));
    }

    static <E extends Enum<E>> E parse(Class<E> type, String code) {
        return Enum.valueOf(type, code.toUpperCase(Locale.ROOT));
    }
}
