package dev.tollgate.sandbox;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a path asks for.
 *
 * @param version {@code v1beta} or {@code v1}
 * @param model empty for the list of models
 * @param method behind the colon; empty for a description
 */
record Target(String version, String model, String method) {

    private static final Pattern PATH =
            Pattern.compile("/(v1beta|v1)/models(?:/([^/:]{1,200})(?::([A-Za-z]{1,64}))?)?/?");

    static Optional<Target> of(String path) {
        Matcher matcher = PATH.matcher(path);
        return matcher.matches()
                ? Optional.of(new Target(matcher.group(1), orEmpty(matcher, 2), orEmpty(matcher, 3)))
                : Optional.empty();
    }

    boolean streams() {
        return method.equals("streamGenerateContent");
    }

    boolean generates() {
        return streams() || method.equals("generateContent");
    }

    boolean counts() {
        return method.equals("countTokens");
    }

    /** Fails where there is no such model. */
    SandboxModel knownModel() {
        return SandboxModel.named(model)
                .orElseThrow(() -> GoogleError.modelNotFound(model, version, method.isEmpty() ? "getModel" : method)
                        .asRefusal());
    }

    private static String orEmpty(Matcher matcher, int group) {
        String text = matcher.group(group);
        return text == null ? "" : text;
    }
}
