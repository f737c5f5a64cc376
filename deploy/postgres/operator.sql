-- What the operator's role of a service may look at: the journal and what it stands on, what waits, how many cases there are.
-- No particulars: none of these tables holds a name, a number, an address or a narrative that is not sealed.
-- Run after each migration as the owner, with -v service=NAME; safe to repeat.

\set operator :service _operator
GRANT SELECT ON journal, heads, outbox, dead_letters, alembic_version TO :"operator";
-- So that `onewindow migrate` of a service's own container can say that nothing is left to do.
GRANT SELECT ON alembic_version TO :"service";
-- Counting needs one column, whichever.
SELECT format('GRANT SELECT (%I) ON %I TO %I', column_name, table_name, :'operator')
  FROM information_schema.columns
 WHERE table_schema = 'public'
   AND (table_name, column_name) IN (('cases', 'id'), ('matters', 'id'), ('case_facts', 'registered_day'))
\gexec
