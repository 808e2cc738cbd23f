package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A kind of body that a route may take, recognized by its {@code Content-Type}. All bodies are UTF-8. The only parameter of the type that has an effect is the
 * boundary of a form with files.
 */
public enum BodyKind {
    JSON("application/json") {
        @Override
        boolean isMeantBy(String essence) {
            return super.isMeantBy(essence) || essence.endsWith("+json");
        }
    },

    /** The body of a page's form, which {@link FormReader} reads. Never large. */
    FORM("application/x-www-form-urlencoded"),

    /** The form of a program, with files. */
    MULTIPART("multipart/form-data"),

    /** A file, whatever it is. */
    ANY("of any type") {
        @Override
        boolean isMeantBy(String essence) {
            return true;
        }
    };

    private static final int SHOWN_CHARS_MAX = 80;

    private final String type;

    BodyKind(String type) {
        this.type = type;
    }

    boolean isMeantBy(String essence) {
        return essence.equals(type);
    }

    /**
     * Checks the kind of a body that has come. A missing type is JSON's: hand-made clients forget it, and the reader sees what came. A form
     * always says what it is.
     *
     * @param taken by the route; at least one
     * @param contentType as it was sent; null without one
     * @throws ApiException 415 for a kind that is not taken
     */
    public static void check(Set<BodyKind> taken, @Nullable String contentType) {
        if (contentType == null) {
            if (taken.contains(JSON) || taken.contains(ANY)) {
                return;
            }
            throw refusal(taken, "The Content-Type is missing");
        }
        int params = contentType.indexOf(';');
        String essence = (params < 0 ? contentType : contentType.substring(0, params))
                .strip()
                .toLowerCase(Locale.ROOT);
        for (BodyKind kind : taken) {
            if (kind.isMeantBy(essence)) {
                return;
            }
        }
        throw refusal(taken, "The Content-Type '" + shown(contentType) + "' is not taken here");
    }

    private static ApiException refusal(Collection<BodyKind> taken, String what) {
        String types = taken.stream().sorted().map(kind -> kind.type).collect(Collectors.joining(", "));
        return ApiError.of(ErrorCode.INVALID_REQUEST, what + ": it must be " + types.replace(", ", " or ") + ".")
                .withStatus(415)
                .withHeader("accept", types)
                .asException();
    }

    private static String shown(String text) {
        return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "...";
    }
}
