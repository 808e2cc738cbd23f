package dev.tollgate.generate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a request, as far as their fields are known (wire.md 1.2 to 1.7). A field is {@code name=type}; {@code *} is a list.
 * Types are messages, or {@code string word bool int number object any}; a {@code word} is an enum's.
 */
final class ProtoMessages {

    private static final String TABLE = """
            Request contents=Content* systemInstruction=Content tools=Tool* toolConfig=ToolConfig safetySettings=SafetySetting*
             generationConfig=GenerationConfig cachedContent=string serviceTier=any store=any model=string
            CountRequest contents=Content* systemInstruction=Content tools=Tool* toolConfig=ToolConfig
             generationConfig=GenerationConfig generateContentRequest=Request model=string
            Content role=string parts=Part*
            Part text=string inlineData=Blob fileData=FileData functionCall=FunctionCall functionResponse=FunctionResponse
             executableCode=object codeExecutionResult=object thought=bool thoughtSignature=string videoMetadata=VideoMetadata
             mediaResolution=object partMetadata=object
            Blob mimeType=string data=string displayName=string
            VideoMetadata startOffset=string endOffset=string fps=number
            FileData fileUri=string mimeType=string displayName=string
            FunctionCall id=string name=string args=object
            FunctionResponse id=string name=string response=object parts=ResponsePart* scheduling=word willContinue=bool
            ResponsePart inlineData=Blob fileData=FileData
            Tool functionDeclarations=FunctionDeclaration* googleSearch=object googleSearchRetrieval=any urlContext=any
             codeExecution=any googleMaps=any fileSearch=any computerUse=any mcpServers=any enterpriseWebSearch=any retrieval=any
            FunctionDeclaration name=string description=string parameters=object parametersJsonSchema=any response=object
             responseJsonSchema=any behavior=word
            ToolConfig functionCallingConfig=FunctionCallingConfig includeServerSideToolInvocations=bool retrievalConfig=object
            FunctionCallingConfig mode=word allowedFunctionNames=string*
            SafetySetting category=word threshold=word
            GenerationConfig temperature=number topP=number topK=number candidateCount=int maxOutputTokens=int
             stopSequences=string* seed=int presencePenalty=number frequencyPenalty=number responseLogprobs=bool logprobs=int
             responseMimeType=string responseSchema=object responseJsonSchema=any responseModalities=word* mediaResolution=word
             thinkingConfig=ThinkingConfig speechConfig=any imageConfig=any enableEnhancedCivicAnswers=any audioTimestamp=any
             routingConfig=any modelSelectionConfig=any
            ThinkingConfig includeThoughts=bool thinkingBudget=int thinkingLevel=word
            """;

    private static final Map<String, Map<String, Field>> MESSAGES = messages();

    private ProtoMessages() {}

    /** @param name in camel case, as the upstream is sent it */
    record Field(String name, String type, boolean repeated) {

        private static Field read(String word) {
            int equals = word.indexOf('=');
            String type = word.substring(equals + 1);
            return new Field(word.substring(0, equals), type.replace("*", ""), type.endsWith("*"));
        }
    }

    /** A field by its name in camel or in snake case; null where the message has none of it. */
    static @Nullable Field field(String message, String name) {
        return Objects.requireNonNull(MESSAGES.get(message), message).get(name);
    }

    static boolean isMessage(String type) {
        return MESSAGES.containsKey(type);
    }

    /** As Google writes names in its refusals. */
    static String snake(String camel) {
        return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static Map<String, Map<String, Field>> messages() {
        Map<String, Map<String, Field>> messages = new HashMap<>();
        for (String line : TABLE.replace("\n ", " ").lines().toList()) {
            List<String> words = Arrays.asList(line.split(" +"));
            Map<String, Field> fields = new HashMap<>();
            for (String word : words.subList(1, words.size())) {
                Field field = Field.read(word);
                fields.put(field.name(), field);
                fields.put(snake(field.name()), field);
            }
            messages.put(words.getFirst(), Map.copyOf(fields));
        }
        return Map.copyOf(messages);
    }
}
