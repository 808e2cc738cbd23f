package dev.tollgate.protocols.googleapi;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.json.Json;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.Tally;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Requests in camel and in snake case. */
class SpellingTest {

    /** Members that no rule here looks into: they leave as they came, or have no effect. */
    private static final Set<String> FREE = Set.of(
            "Part.executableCode",
            "Part.codeExecutionResult",
            "Part.partMetadata",
            "FunctionCall.args",
            "FunctionResponse.response",
            "Tool.googleSearchRetrieval",
            "Tool.fileSearch",
            "Tool.computerUse",
            "Tool.mcpServers",
            "Tool.enterpriseWebSearch",
            "Tool.retrieval",
            "GoogleSearch.searchTypes",
            "GoogleSearch.timeRangeFilter",
            "FunctionDeclaration.parametersJsonSchema",
            "FunctionDeclaration.responseJsonSchema",
            "Schema.default",
            "Schema.example",
            "ToolConfig.retrievalConfig",
            "GenerationConfig.responseJsonSchema",
            "GenerationConfig.enableEnhancedCivicAnswers",
            "GenerationConfig.audioTimestamp",
            "GenerationConfig.routingConfig",
            "GenerationConfig.modelSelectionConfig",
            "AudioResponseFormat.bitRate",
            "ImageConfig.personGeneration",
            "ImageConfig.prominentPeople",
            "ImageConfig.outputMimeType",
            "ImageConfig.outputCompressionQuality",
            "ImageConfig.imageOutputOptions");

    private final Set<String> free = new TreeSet<>();

    private JsonNode sample(ProtoMessages.Field field, String owner, boolean snake, int depth) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        String type = field.type();
        if (type.equals("any") || type.equals("object")) {
            free.add(owner + "." + field.name());
        }
        JsonNode one = ProtoMessages.isMessage(type)
                ? message(type, snake, depth - 1)
                : ProtoMessages.words(type) != null
                        ? nodes.stringNode(ProtoMessages.words(type).stream()
                                .filter(word -> !word.endsWith("UNSPECIFIED"))
                                .sorted()
                                .findFirst()
                                .orElseThrow())
                        : switch (type) {
                            case "bool" -> nodes.booleanNode(true);
                            case "int", "long", "number", "finite" -> nodes.numberNode(1);
                            case "any", "object" -> nodes.objectNode();
                            default -> nodes.stringNode("said");
                        };
        ArrayNode list = nodes.arrayNode().add(one);
        return field.map() ? nodes.objectNode().set("itsName", one) : field.repeated() ? list : one;
    }

    private ObjectNode message(String message, boolean snake, int depth) {
        ObjectNode sample = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, ProtoMessages.Field> entry :
                ProtoMessages.fields(message).entrySet()) {
            boolean isSpelled = entry.getKey()
                    .equals(
                            snake
                                    ? ProtoMessages.snake(entry.getValue().name())
                                    : entry.getValue().name());
            if (depth > 0 && isSpelled) {
                sample.set(entry.getKey(), sample(entry.getValue(), message, snake, depth));
            }
        }
        return sample;
    }

    private static ObjectNode read(ObjectNode body, Spelling spelling) {
        return ProtoReader.read("Request", body, new Tally(Lease.FREE), spelling);
    }

    @Test
    void every_member_reads_the_same_in_both_cases() {
        ObjectNode camel = message("Request", false, 7);
        ObjectNode snake = message("Request", true, 7);

        assertThat((Object) read(snake, new Spelling())).isEqualTo(read(camel, new Spelling()));
        assertThat(camel.toString())
                .contains("aspectRatio", "voiceName", "thinkingLevel")
                .doesNotContain("_ratio");
        assertThat(free).isEqualTo(new TreeSet<>(FREE));
    }

    @Test
    void a_field_bears_the_name_that_was_written() {
        Spelling spelling = new Spelling();
        read((ObjectNode) Json.MAPPER.readTree("""
                        {"generationConfig":{"image_config":{"person_generation":1}},"safety_settings":[],"contents":[{"parts":[{"inline_data":{"displayName":"x"}}]}]}"""), spelling);

        assertThat(spelling.of("generationConfig.imageConfig.personGeneration"))
                .isEqualTo("generationConfig.image_config.person_generation");
        assertThat(spelling.of("safetySettings[2]")).isEqualTo("safety_settings[2]");
        assertThat(spelling.of("contents[0].parts[0].inlineData.displayName"))
                .isEqualTo("contents[0].parts[0].inline_data.displayName");
        assertThat(spelling.of("serviceTier")).isEqualTo("serviceTier");
        assertThat(new Spelling().of("serviceTier")).isEqualTo("serviceTier");
    }
}
