"""Feed 事件流: the open facts as they were published, kept in the order of their arrival for readers without Kafka."""
