package dev.tollgate.upstreams.gemini.settings;

import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.error.ApiError;
import java.util.regex.Pattern;

/** The names of functions that Gemini accepts; OpenAI's may begin with a digit or a hyphen, which is a 400 here (D49). */
public final class FunctionNames {

    private static final Pattern LEGAL = Pattern.compile("[A-Za-z_][A-Za-z0-9_.:-]{0,127}");

    private FunctionNames() {}

    /** @param owner what has the name */
    public static String checked(String name, Place owner) {
        if (!LEGAL.matcher(name).matches()) {
            String param = owner.path(Place.Member.NAME);
            throw ApiError.invalid(
                            param,
                            "'%s': '%s' is not allowed; a name begins with a letter or an underscore, followed by letters, digits, '_', '-', '.' or ':'."
                                    .formatted(param, name))
                    .asException();
        }
        return name;
    }
}
