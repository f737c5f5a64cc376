-- The reference of performance figures: a case, an entry of its timeline and a pointer with the event in it.
CREATE TABLE cases (
    id uuid PRIMARY KEY,
    number text NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    category text,
    division text NOT NULL,
    state text NOT NULL,
    title text,
    narrative text NOT NULL,
    details jsonb NOT NULL,
    version int NOT NULL,
    registered_at timestamptz NOT NULL
);
CREATE INDEX ON cases (division, registered_at);
CREATE INDEX ON cases (state, registered_at);
CREATE TABLE timeline (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    version int NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key text NOT NULL,
    payload text NOT NULL
);
