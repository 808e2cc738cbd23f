package dev.tollgate.books.rollups;

import dev.tollgate.base.money.ApiJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The channel and the upstream model that answered a call, from its course; empty if the course has none. */
record Answerer(String channel, String model) {

    private static final Answerer NOBODY = new Answerer("", "");

    static Answerer of(@Nullable String courseJson) {
        if (courseJson == null) {
            return NOBODY;
        }
        try {
            JsonNode course = ApiJson.MAPPER.readTree(courseJson);
            return new Answerer(
                    course.path("channel").asString(""),
                    course.path("upstream_model").asString(""));
        } catch (JacksonException e) {
            return NOBODY;
        }
    }
}
