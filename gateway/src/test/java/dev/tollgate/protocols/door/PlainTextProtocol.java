package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.Credits;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A third protocol, to show what one takes: the path names the model, the body is the prompt, the answer is its text as it comes, and the last line
 * what it cost.
 */
final class PlainTextProtocol implements Protocol {

    @Override
    public String name() {
        return "plain";
    }

    @Override
    public Reading<String> open(Envelope envelope) {
        return new Plain(envelope.pathParam("model"));
    }

    private static final class Plain extends Reading<String> {

        private final String model;

        Plain(String model) {
            this.model = model;
        }

        @Override
        public String label() {
            return "plain\n" + model;
        }

        @Override
        public String model() {
            return model;
        }

        @Override
        public StreamForm form() {
            return new StreamForm("text/plain; charset=utf-8", null, "");
        }

        @Override
        protected String read(byte[] body, Lease memory) {
            String prompt = new String(body, StandardCharsets.UTF_8);
            if (prompt.isBlank()) {
                throw ApiError.invalid(null, "The body is the prompt; it is empty.")
                        .asException();
            }
            return prompt;
        }

        @Override
        protected String model(String prompt) {
            return model;
        }

        @Override
        protected List<String> ignored(String prompt, Model asked) {
            return List.of();
        }

        @Override
        protected Long tokensMax(String prompt) {
            return null;
        }

        @Override
        protected String tokensMaxField(String prompt) {
            return null;
        }

        @Override
        protected boolean isHeavy(String prompt) {
            return false;
        }

        @Override
        protected boolean looksUp(String prompt, Model asked) {
            return false;
        }

        @Override
        protected void check(String prompt, Model asked) {
            // any model takes a text
        }

        @Override
        protected Long tokensMaxByDefault(Model asked) {
            return asked.maxTokensByDefault();
        }

        @Override
        protected Ask ask(String prompt, Model asked, String accountId, Lease memory) {
            Place place = Place.at("");
            Conversation conversation = new Conversation(
                    place,
                    List.of(new Message.User(place, List.of(new ContentPart.Text(prompt)))),
                    new Sampling(1, List.of(), null, null, null, null, null, false, null, null),
                    List.of(),
                    new ToolChoice.Auto(),
                    false,
                    new ResponseFormat.Text(),
                    null,
                    null,
                    false,
                    null);
            return new ChatAsk(
                    conversation,
                    asked.id(),
                    asked.upstream().asked().name(),
                    false,
                    asked.effortByDefault(),
                    ServiceTier.STANDARD,
                    Replay.NONE,
                    new CallMedia(),
                    memory);
        }

        @Override
        protected Sink sink(String prompt, Outlet outlet, MeteredCall call) {
            return new Lines(outlet);
        }
    }

    private static final class Lines implements Sink {

        private final Outlet outlet;
        private boolean begun;

        Lines(Outlet outlet) {
            this.outlet = outlet;
        }

        @Override
        public void admitted(Admission admission) {
            outlet.setHeader("x-tollgate-task-id", admission.taskId());
        }

        @Override
        public void ignoring(List<String> fields) {
            fields.forEach(outlet::ignore);
        }

        @Override
        public void answering(int attempts) {
            begun = true;
            outlet.stream();
        }

        @Override
        public void events(List<UpstreamEvent> events) {
            StringBuilder said = new StringBuilder();
            for (UpstreamEvent event : events) {
                if (event instanceof UpstreamEvent.Text text) {
                    said.append(text.text());
                }
            }
            if (!said.isEmpty()) {
                byte[] bytes = bytes(said.toString());
                outlet.write(bytes, bytes.length);
            }
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public End end(Completion completion) {
            byte[] last = bytes("\n" + Credits.text(completion.chargeMicros()) + " credits\n");
            return () -> outlet.end(last, last.length);
        }

        @Override
        public void failed(ApiError error) {
            if (begun) {
                byte[] last = bytes("\nfailed: " + error.message() + "\n");
                outlet.end(last, last.length);
            } else {
                outlet.fail(error);
            }
        }

        @Override
        public void cut() {
            outlet.fail(ApiError.of(dev.tollgate.base.error.ErrorCode.INTERNAL_ERROR, "An internal error occurred."));
        }

        @Override
        public boolean full() {
            return begun && outlet.full();
        }

        @Override
        public void onDrain(Runnable resume) {
            outlet.onDrain(resume);
        }
    }
}
